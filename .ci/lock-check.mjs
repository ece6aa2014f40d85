// `npm ci` fails everywhere when an optional platform package is missing from the lock file, although `npm install` looks fine.
import { readFileSync } from 'node:fs';

const { packages } = JSON.parse(readFileSync(process.argv[2] ?? 'package-lock.json', 'utf8'));
const installed = new Set(Object.keys(packages).map((path) => path.split('node_modules/').pop()));
const missing = Object.entries(packages).flatMap(([path, entry]) =>
  Object.keys(entry.optionalDependencies ?? {})
    .filter((name) => !installed.has(name))
    .map((name) => `${path || '(root)'} misses ${name}`),
);
const addressed = Object.entries(packages).filter(([, entry]) => entry.resolved);
for (const line of missing) console.error(line);
for (const [path] of addressed) console.error(`${path} names a download address`);
if (missing.length + addressed.length > 0) process.exit(1);
console.log(`lock file complete: ${installed.size} packages`);
