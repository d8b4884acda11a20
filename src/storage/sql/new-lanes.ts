/** How SQL tells lanes of which Salesforce was never told, and takes back an attempt that was none. */

export const IS_NEW = 'lead_id is null and head_seq = 0';

/** A change during the lease has begun the count anew. */
export const ONE_LESS = 'case when attempts > 0 then attempts - 1 else 0 end';
