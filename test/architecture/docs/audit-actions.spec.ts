import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../support/ensure-built.js';

const BLOCK = /<!-- audit -->\n([\s\S]*)<!-- \/audit -->/;
const ACTION = /^(admin|audit|auth|customer)(\.[a-z_]+){1,2}$/;
/** Kinds of messages that are due. */
const IS_A_KIND = /^SEND_|_DUE$/;

const sources = readdirSync(path.join(ROOT, 'libs'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/\.(spec|contract|dto)\.ts$|\/testing\/|\/events\.ts$/.test(file))
  .map((file) => path.join(ROOT, 'libs', file));

/** Texts that may be actions, and the codes of problems, which look the same. */
function textsIn(file: string): { readonly actions: string[]; readonly codes: string[] } {
  const tree = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const [actions, codes]: [string[], string[]] = [[], []];
  const visit = (node: ts.Node): void => {
    if (ts.isDecorator(node)) return;
    if (ts.isVariableDeclaration(node) && IS_A_KIND.test(node.name.getText())) return;
    if (ts.isStringLiteral(node) && ACTION.test(node.text))
      (ts.isPropertyDeclaration(node.parent) ? codes : actions).push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { actions, codes };
}

describe('the table of actions in docs/security.md', () => {
  const page = readFileSync(path.join(ROOT, 'docs/security.md'), 'utf8');
  const told = [...(BLOCK.exec(page)?.[1] ?? '').matchAll(/^\| ((?:`[a-z_.]+`(?:, )?)+) \|/gm)].flatMap(
    ([, cell = '']) => [...cell.matchAll(/`([a-z_.]+)`/g)].map(([, action = '']) => action),
  );

  it('names every action that the program records, once, and no other [AC-75]', () => {
    const texts = sources.map(textsIn);
    const codes = new Set(texts.flatMap((one) => one.codes));
    const recorded = new Set(texts.flatMap(({ actions }) => actions).filter((action) => !codes.has(action)));
    expect(recorded.size).toBeGreaterThan(40);
    expect([...told].sort()).toEqual([...recorded].sort());
  });
});
