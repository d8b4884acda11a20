/** The only source of randomness: ids of resources, leases and jitter. */
import { randomUUID } from 'node:crypto';

/** @returns a random UUID: safe in a URL path, unique across instances, and says nothing of its user */
export const newId = (): string => randomUUID();

/** @returns at least 0, less than 1 */
export const random = (): number => Math.random();
