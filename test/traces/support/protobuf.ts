/** The wire format of Protocol Buffers, as far as OTLP needs it (protobuf.dev, "Encoding"). */

/** Values of each field by its number: bytes of length-delimited ones, numbers of all others. */
export type Message = ReadonlyMap<number, readonly (Buffer | bigint)[]>;

const LENGTHS: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

export function readMessage(bytes: Buffer): Message {
  const fields = new Map<number, (Buffer | bigint)[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const tag = Number(varint());
    const [field, type] = [tag >> 3, tag & 7];
    const fixed = LENGTHS[type];
    const value = type === 0 ? varint() : take(fixed ?? Number(varint()));
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  return fields;
}

export const messagesOf = (message: Message | undefined, field: number): readonly Message[] =>
  (message?.get(field) ?? []).map((value) => readMessage(value as Buffer));
export const bytesOf = (message: Message, field: number): Buffer =>
  (message.get(field)?.[0] ?? Buffer.alloc(0)) as Buffer;
export const textOf = (message: Message, field: number): string => bytesOf(message, field).toString();
export const numberOf = (message: Message, field: number): number => Number(message.get(field)?.[0] ?? 0);
