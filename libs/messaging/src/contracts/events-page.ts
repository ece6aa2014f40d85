import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { EventContract, JsonSchema } from '#kernel';
import { attributes, type PersonalData, schemaOf } from './event-schema.js';
import { sampleOf } from './sample.js';

// Browsers hash a style after reading its line ends as LF, whatever a checkout made of them.
const [before = '', after = ''] = readFileSync(new URL('./events.html', import.meta.url), 'utf8')
  .replaceAll('\r\n', '\n')
  .split('<!-- events -->');
const style = /<style>([\s\S]*?)<\/style>/.exec(before)?.[1] ?? '';

/** One style, ours, and nothing else from anywhere. */
export const EVENTS_PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The events for people. */
export function eventsPage(contracts: readonly EventContract[], personalData: PersonalData): string {
  const links = contracts.map(({ type }) => `<a href="#${type}">${type}</a>`);
  const common = `<section id="attributes"><h2>In every event</h2>${tableOf(attributes.schema)}</section>`;
  const sections = contracts.map((contract) => sectionOf(contract, schemaOf(contract, personalData)));
  return [before, `<nav>${links.join('\n')}</nav>`, common, ...sections, after].join('\n');
}

function sectionOf({ type, tells, aggregateType }: EventContract, schema: JsonSchema): string {
  return `<section id="${type}">
<h2><a href="#${type}">${type}</a></h2>
<p>${marked(tells)}</p>
<p class="soft">Counted per ${marked(aggregateType)}. <a href="events/${type}.schema.json">JSON Schema</a></p>
${tableOf(schema.properties?.['data'] ?? {})}
<details><summary>What it looks like</summary><pre>${escaped(JSON.stringify(sampleOf(schema), null, 2))}</pre></details>
</section>`;
}

const tableOf = ({ properties = {}, required = [] }: JsonSchema): string => {
  const rows = Object.entries(properties).map(
    ([name, one]) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${escaped(typeOf(one, required.includes(name)))}</td><td>${marked(one.description ?? '')}</td></tr>`,
  );
  const head = '<tr><th scope="col">member</th><th scope="col">type</th><th scope="col">meaning</th></tr>';
  return `<div class="scroll"><table><thead>${head}</thead><tbody>${rows.join('')}</tbody></table></div>`;
};

function typeOf(schema: JsonSchema, isRequired: boolean): string {
  const types = [schema.type ?? 'any'].flat().map((type) => (type === 'string' ? (schema.format ?? type) : type));
  const words = schema.enum?.filter((word) => word !== null).join(', ');
  const item = schema.items ? ` of ${typeOf(schema.items, true)}` : '';
  return `${types.join(' or ')}${item}${words === undefined ? '' : `: ${words}`}${isRequired ? '' : ', may be missing'}`;
}

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => SIGNS[sign] ?? sign);

/** What stands between backticks is code. */
const marked = (text: string): string => escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');
