/** How a table of requests becomes a Postman collection. */

/**
 * @param folders each with requests; a request has
 *   `name`; `send`, its method and path; `body`, sent as JSON, or as it is when it is a string; `type`, the body's media type;
 *   `status`; `expect`, the values at paths of the answer (null: nothing there); `keep`, variables to set from such paths
 */
export const collectionOf = (name, folders) => ({
  info: { name, schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
  auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{token}}' }] },
  item: folders.map((folder) => ({ name: folder.name, item: folder.requests.map(itemOf) })),
});

function itemOf({ name, send, body, type = 'application/scim+json', status, expect = {}, keep = {} }) {
  const [, method, path] = /^(\w+) (.+)$/.exec(send);
  const raw = typeof body === 'string' ? body : JSON.stringify(body);
  const scripts = [
    checkStatus(status),
    ...(status === 204 ? [] : [CHECK_TYPE]),
    ...Object.entries(expect).map(checkValue),
    ...Object.entries(keep).map(keepValue),
  ];
  return {
    name,
    request: {
      method,
      url: `{{url}}${path}`,
      header: type ? [{ key: 'Content-Type', value: type }] : [],
      ...(body === undefined ? {} : { body: { mode: 'raw', raw } }),
    },
    event: [{ listen: 'test', script: { type: 'text/javascript', exec: scripts } }],
  };
}

const checkStatus = (status) =>
  `pm.test('answers ${status}', () => pm.expect(pm.response.code, pm.response.text()).to.eql(${status}));`;

const CHECK_TYPE =
  "pm.test('is SCIM', () => pm.expect(pm.response.headers.get('Content-Type')).to.include('application/scim+json'));";

/** Variables in what is expected are those of the collection. */
function checkValue([path, value]) {
  const title = JSON.stringify(value === null ? `has no ${path}` : `${path} is ${JSON.stringify(value)}`);
  const actual = `_.get(pm.response.json(), ${JSON.stringify(path)})`;
  const expected = `JSON.parse(pm.variables.replaceIn(${JSON.stringify(JSON.stringify(value))}))`;
  const check = value === null ? `pm.expect(${actual}).to.eql(undefined)` : `pm.expect(${actual}).to.eql(${expected})`;
  return `pm.test(${title}, () => ${check});`;
}

const keepValue = ([variable, path]) => `pm.environment.set('${variable}', _.get(pm.response.json(), '${path}'));`;
