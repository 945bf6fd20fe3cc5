/** refinery's checksum (refinery_core/src/runner.rs, Migration::unapplied): SipHash-1-3 with the key 0, as Rust's Hash feeds it. */

const mask = 0xffffffffffffffffn;
const rotate = (value: bigint, by: bigint): bigint => ((value << by) | (value >> (64n - by))) & mask;

/** SipHash-1-3 (Aumasson, Bernstein: SipHash, a fast short-input PRF), one round for each word and three at the end. */
export function sipHash13(message: Uint8Array): bigint {
  let [v0, v1, v2, v3] = [0x736f6d6570736575n, 0x646f72616e646f6dn, 0x6c7967656e657261n, 0x7465646279746573n];
  const round = (): void => {
    v0 = (v0 + v1) & mask;
    v1 = rotate(v1, 13n) ^ v0;
    v0 = rotate(v0, 32n);
    v2 = (v2 + v3) & mask;
    v3 = rotate(v3, 16n) ^ v2;
    v0 = (v0 + v3) & mask;
    v3 = rotate(v3, 21n) ^ v0;
    v2 = (v2 + v1) & mask;
    v1 = rotate(v1, 17n) ^ v2;
    v2 = rotate(v2, 32n);
  };
  const word = (value: bigint): void => {
    v3 ^= value;
    round();
    v0 ^= value;
  };
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const whole = message.byteLength - (message.byteLength % 8);
  for (let at = 0; at < whole; at += 8) word(view.getBigUint64(at, true));
  let last = BigInt(message.byteLength & 0xff) << 56n;
  for (let at = whole; at < message.byteLength; at++) last |= BigInt(message[at]!) << BigInt(8 * (at - whole));
  word(last);
  v2 ^= 0xffn;
  round();
  round();
  round();
  return v0 ^ v1 ^ v2 ^ v3;
}

/** A string is hashed with 0xFF behind it, an i32 as four bytes, little end first. */
export function refineryChecksum(name: string, version: number, sql: string): string {
  const number = Buffer.alloc(4);
  number.writeInt32LE(version);
  const end = Buffer.from([0xff]);
  return String(sipHash13(Buffer.concat([Buffer.from(name), end, number, Buffer.from(sql), end])));
}
