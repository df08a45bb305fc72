import { z } from 'zod';

/** A value as a text that clients give back as it is, without looking into it: where a page ended. */
export function encodeOpaque(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Reads such a text; undefined when it was not made by {@link encodeOpaque} of a value of this shape. */
export function decodeOpaque<Value>(schema: z.ZodType<Value>, text: string): Value | undefined {
  try {
    return schema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof z.ZodError) return undefined;
    throw cause;
  }
}
