import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { ROOT } from '../../support/ensure-built.js';
import { universalStub } from './universal-stub.js';

type Class = new (...collaborators: never[]) => Record<string, unknown>;

/** Files of ours that hold SQL, by their paths. */
export const SQL_FILES: readonly string[] = readdirSync(path.join(ROOT, 'libs'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/\.(spec|contract)\.ts$|\/(testing|migrations|embedded)\//.test(file))
  .map((file) => path.join(ROOT, 'libs', file))
  .filter(
    (file) =>
      !/\/database\/src\/(dialect|migrate|mysql-driver)\.ts$|\/postgres-[a-z-]+\.ts$|\.module\.ts$/.test(file) &&
      sqlFragmentsIn(file).length > 0,
  );

/** The texts in a file that begin as SQL does, up to what is put into them. */
export function sqlFragmentsIn(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const text = ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateHead(node);
    if (text && /^(select|insert into|update|delete from) \w/i.test(node.text)) found.push(normalizeSql(node.text));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** As one line, and up to its first value: values are numbered where they are sent. */
export function normalizeSql(sql: string): string {
  return (sql.split(/\?|@\d/)[0] ?? '').replaceAll(/\s+/g, ' ').trim();
}

/** Calls whatever a file offers with `given`, over this database. What it throws is of no interest. */
export async function callEveryExport(file: string, database: object, given: () => never): Promise<void> {
  const offered = Object.values((await import(/* @vite-ignore */ file)) as object);
  for (const one of offered) {
    if (typeof one !== 'function') continue;
    if (/^class\s/.test(Function.prototype.toString.call(one))) await callEveryMethod(one as Class, database, given);
    else await settleOrGiveUp(() => one(database, 'things', 'id', 'id < ?', [1]));
  }
}

async function callEveryMethod(type: Class, database: object, given: () => never): Promise<void> {
  const collaborators = Array.from({ length: 6 }, () => createCollaborator(database));
  const make = () => new type(...(collaborators as never[]));
  for (const name of methodsOf(type)) {
    await settleOrGiveUp(async () => {
      const one = make();
      await (one[name] as (...args: unknown[]) => unknown)(...Array.from({ length: 5 }, given));
    });
  }
}

function methodsOf({ prototype }: Class): string[] {
  return Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
}

/** The database, the clock, the ids, the unit of work: whichever is asked for. */
function createCollaborator(database: object): unknown {
  const run = (work: () => Promise<unknown>) => work();
  const parts: Record<string, unknown> = {
    run,
    now: () => new Date(0),
    next: () => 'x',
    pause: () => new Promise(() => undefined),
  };
  return new Proxy(database, {
    get(target, key) {
      const part = typeof key === 'string' ? parts[key] : undefined;
      const own = part ?? Reflect.get(target, key, target);
      if (own === undefined) return universalStub();
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
}

/** No call of ours takes long here; what waits for something else is left alone. */
async function settleOrGiveUp(call: () => unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, 250);
  });
  await Promise.race([Promise.resolve().then(call), timeout]).catch(() => undefined);
  clearTimeout(timer);
}
