// Makes libs/platform/passwords/src/common-passwords.txt.gz from a list on its input, one password a line: lower case, only
// what passes the length rule, each once, in order.
//   node .ci/common-passwords.mjs < list
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const SHORTEST = 8;
const FILE = new URL('../libs/platform/passwords/src/common-passwords.txt.gz', import.meta.url);

const lines = readFileSync(0, 'utf8').split(/\r?\n/);
const kept = [...new Set(lines.map((line) => line.toLowerCase()))]
  .filter((line) => [...line].length >= SHORTEST)
  .sort();
writeFileSync(FILE, gzipSync(`${kept.join('\n')}\n`, { level: 9 }));
console.log(`${kept.length} passwords`);
