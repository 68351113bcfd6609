/** Bytes of an item by DynamoDB's rules (developer guide, "DynamoDB item sizes and formats"). */
export const itemSize = (item: Readonly<Record<string, unknown>>): number =>
  Object.entries(item).reduce(
    (sum, [name, value]) => sum + (value === undefined ? 0 : Buffer.byteLength(name) + valueSize(value)),
    0,
  );

function valueSize(value: unknown): number {
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return numberSize(value);
  if (Array.isArray(value)) return value.reduce((sum: number, part) => sum + 1 + valueSize(part), 3);
  if (typeof value === 'object') {
    const parts = Object.entries(value).filter(([, part]) => part !== undefined);
    return parts.reduce((sum, [name, part]) => sum + 1 + Buffer.byteLength(name) + valueSize(part), 3);
  }
  throw new Error(`An item can't hold a ${typeof value}`);
}

/** A byte for two significant digits, one more, and one for a sign. */
function numberSize(value: number): number {
  const digits = String(Math.abs(value))
    .replace('.', '')
    .replace(/^0+|0+$/g, '');
  return Math.ceil(digits.length / 2) + 1 + (value < 0 ? 1 : 0);
}
