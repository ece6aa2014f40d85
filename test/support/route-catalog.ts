import type { Program } from './program.js';

/** One operation of the published OpenAPI document. */
export interface ApiRoute {
  readonly method: string;
  /** With an id in the place of every parameter. */
  readonly path: string;
  /** Whether this address leads here: `me` is also an id, though nobody's. */
  matches(address: string): boolean;
  readonly open: boolean;
  /** The fields of its body, if it takes one. */
  readonly fields: readonly string[];
}

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, object>>;
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly requestBody?: Body }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Body {
  readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
}

/** Contract, section 1: whatever does not stand here is closed. */
const OPEN_ROUTES = [
  /^POST \/v1\/registrations$/,
  /^POST \/v1\/auth\/(login|refresh|password\/forgot|password\/reset)$/,
  /^GET \/(health(\/(live|ready))?|metrics|problems)$/,
  /^GET \/(docs|dev|\.well-known)(\/|$)/,
];

export async function fetchRoutes(program: Program): Promise<ApiRoute[]> {
  const { json } = await program.request<OpenApi>('GET', '/docs/openapi.json');
  return Object.entries(json.paths).flatMap(([template, operations]) => {
    const path = template.replaceAll(/\{\w+\}/g, '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b');
    const shape = new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    const matches = (address: string): boolean => shape.test(address);
    return Object.entries(operations).map(([name, { requestBody }]) => {
      const method = name.toUpperCase();
      const open = OPEN_ROUTES.some((pattern) => pattern.test(`${method} ${path}`));
      return { method, path, matches, open, fields: bodyFieldsOf(json, requestBody) };
    });
  });
}

function bodyFieldsOf({ components }: OpenApi, body: Body | undefined): string[] {
  const schema = body?.content['application/json']?.schema;
  const name = schema?.$ref?.split('/').at(-1) ?? '';
  return Object.keys((components.schemas[name] ?? schema)?.properties ?? {});
}
