import { parseArgs } from 'node:util';

const NUMBERS = { rounds: 5, seconds: 20, warmup: 5, connections: 32, starts: 7, idle: 60, samples: 2_000 };
const HELP = `node test/bench/run.mjs [--only row,row] [--list] [--profile folder] ${Object.entries(NUMBERS)
  .map(([name, value]) => `[--${name} ${value}]`)
  .join(' ')}`;

/** What the command line asks for. */
export function readOptions(args) {
  const numbers = Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, { type: 'string' }]));
  const options = {
    ...numbers,
    only: { type: 'string' },
    profile: { type: 'string' },
    list: { type: 'boolean' },
    help: { type: 'boolean' },
  };
  const { values } = parseArgs({ args, options });
  if (values.help) throw new Error(HELP);
  const read = Object.entries(NUMBERS).map(([name, usual]) => [name, whole(name, values[name] ?? usual)]);
  return {
    ...Object.fromEntries(read),
    list: values.list === true,
    profile: values.profile,
    only: values.only?.split(','),
  };
}

function whole(name, value) {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0 && number <= 3600) return number;
  throw new Error(`--${name} takes a whole number\n${HELP}`);
}
