// What was looked up in the stock; bundled and minified with the rest.
export interface Lookup {
  readonly sku: string;
  readonly found: number;
  readonly at: number;
}

const amounts: Record<string, number> = { bolt: 12, nut: 7 };
const lookups: Lookup[] = []; // LEAK

export const listStock = (): string[] => Object.keys(amounts);

export function lookUp(sku: string): Lookup {
  const lookup: Lookup = { sku, found: amounts[sku] ?? 0, at: Date.now() };
  lookups.push(lookup);
  return lookup;
}
