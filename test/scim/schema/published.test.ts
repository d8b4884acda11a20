/** The schemas as published, and where they knowingly differ from RFC 7643 §8.7. */
import { describe, expect, it } from '@jest/globals';
import { registry, userType, groupType, ENTERPRISE, PROVISIONING } from '../support/registries.ts';

describe('schemas/scim', () => {
  it('has the schemas that the RFC names, under the names that test suites look for', () => {
    expect(registry.schemas.map(({ name }) => name)).toEqual([
      'User',
      'Group',
      'EnterpriseUser',
      'Provisioning',
      'ServiceProviderConfig',
      'ResourceType',
      'Schema',
    ]);
  });

  it.each([['groups.value', 'because it is an id, and ids are caseExact', { caseExact: true }]])(
    'has %s of a User otherwise, %s',
    (path, _, characteristics) => {
      expect(userType.resolve(path)?.subAttribute).toMatchObject(characteristics);
    },
  );

  it.each([
    ['value', 'because it is an id, and ids are caseExact', { caseExact: true }],
    ['display', 'because §2.4 has it and §8.7.1 forgot it', { mutability: 'immutable' }],
  ])('has members.%s of a Group otherwise, %s', (name, _, characteristics) => {
    expect(groupType.resolve(`members.${name}`)?.subAttribute).toMatchObject(characteristics);
  });

  it.each([
    ['value', 'because it is an id, and ids are caseExact', { required: false, caseExact: true }],
    [
      'displayName',
      'because the manager need not be known here, and WSO2 sends only this',
      { mutability: 'readWrite' },
    ],
  ])('has manager.%s of an Enterprise User otherwise, %s', (name, _, characteristics) => {
    expect(userType.resolve(`${ENTERPRISE}:manager.${name}`)?.subAttribute).toMatchObject(characteristics);
  });

  it('requires the displayName of a Group, as §4.2 does and §8.7.1 does not', () => {
    expect(groupType.resolve('displayName')?.attribute?.required).toBe(true);
  });

  it('returns the state of provisioning on request only, and lets nobody write it', () => {
    const attributes = userType.extensionAttributes(PROVISIONING);
    expect(attributes.map(({ name }) => name)).toEqual([
      'state',
      'leadId',
      'leadUrl',
      'contactId',
      'lastAttemptAt',
      'lastDeliveredAt',
      'attempts',
      'lastError',
    ]);
    expect(attributes.every(({ mutability, returned }) => mutability === 'readOnly' && returned === 'request')).toBe(
      true,
    );
  });
});
