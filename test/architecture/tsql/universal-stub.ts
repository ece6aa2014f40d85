type Each = (one: never) => unknown;

/** A list of it has one element. */
const singleElementList = (one: () => never): Readonly<Record<string, (each: Each) => unknown>> => ({
  map: (each) => [each(one())],
  flatMap: (each) => [each(one())].flat(),
  filter: () => [one()],
  join: () => 'x',
});

function createStub(another: () => never): never {
  const list = singleElementList(another);
  const get = (_: unknown, key: string | symbol): unknown => {
    if (key === Symbol.toPrimitive) return (hint: string) => (hint === 'string' ? 'x' : 1);
    if (key === Symbol.iterator) return () => [another()][Symbol.iterator]();
    if (key === 'then' || key === 'toJSON') return undefined;
    if (key === 'length') return 1;
    return typeof key === 'string' && key in list ? list[key] : another();
  };
  return new Proxy(() => undefined, { get, apply: another, construct: another, has: () => true }) as never;
}

/**
 * Stands for whatever a method may be given: every property of it is another one, it can be called, iterated (once), counted
 * with (1) and written into a text (`x`). What it is told matters to nobody: only the SQL does that comes of it.
 */
export const universalStub = (): never => createStub(universalStub);

const equalStubInstance: never = createStub(() => equalStubInstance);

/** The same, but any two of them are equal. */
export const equalStub = (): never => equalStubInstance;
