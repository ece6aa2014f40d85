import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { EventContract, JsonSchema } from '#kernel';
import { eventAttributes, type PersonalDataPolicy, publishedEventSchema } from './event-schema.js';
import { sampleFromSchema } from './sample-from-schema.js';

// Browsers normalize line ends to LF before they hash a style. A checkout may have CRLF.
const [templateHead = '', templateTail = ''] = readFileSync(new URL('./events.html', import.meta.url), 'utf8')
  .replaceAll('\r\n', '\n')
  .split('<!-- events -->');
const style = /<style>([\s\S]*?)<\/style>/.exec(templateHead)?.[1] ?? '';

/** Allows the page's own style and no other resource. */
export const EVENTS_PAGE_CSP = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Renders the events as an HTML page. */
export function renderEventsPage(contracts: readonly EventContract[], personalData: PersonalDataPolicy): string {
  const links = contracts.map(({ type }) => `<a href="#${type}">${type}</a>`);
  const common = `<section id="attributes"><h2>In every event</h2>${renderTable(eventAttributes.schema)}</section>`;
  const sections = contracts.map((contract) => renderSection(contract, publishedEventSchema(contract, personalData)));
  return [templateHead, `<nav>${links.join('\n')}</nav>`, common, ...sections, templateTail].join('\n');
}

function renderSection({ type, description, aggregateType }: EventContract, schema: JsonSchema): string {
  return `<section id="${type}">
<h2><a href="#${type}">${type}</a></h2>
<p>${renderInlineCode(description)}</p>
<p class="soft">Counted per ${renderInlineCode(aggregateType)}. <a href="events/${type}.schema.json">JSON Schema</a></p>
${renderTable(schema.properties?.['data'] ?? {})}
<details><summary>What it looks like</summary><pre>${escapeHtml(JSON.stringify(sampleFromSchema(schema), null, 2))}</pre></details>
</section>`;
}

const renderTable = ({ properties = {}, required = [] }: JsonSchema): string => {
  const rows = Object.entries(properties).map(
    ([name, property]) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${escapeHtml(describeType(property, required.includes(name)))}</td><td>${renderInlineCode(property.description ?? '')}</td></tr>`,
  );
  const head = '<tr><th scope="col">member</th><th scope="col">type</th><th scope="col">meaning</th></tr>';
  return `<div class="scroll"><table><thead>${head}</thead><tbody>${rows.join('')}</tbody></table></div>`;
};

function describeType(schema: JsonSchema, isRequired: boolean): string {
  const types = [schema.type ?? 'any'].flat().map((type) => (type === 'string' ? (schema.format ?? type) : type));
  const values = schema.enum?.filter((value) => value !== null).join(', ');
  const item = schema.items ? ` of ${describeType(schema.items, true)}` : '';
  return `${types.join(' or ')}${item}${values === undefined ? '' : `: ${values}`}${isRequired ? '' : ', may be missing'}`;
}

const HTML_ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (char) => HTML_ENTITIES[char] ?? char);

/** Renders text between backticks as code. */
const renderInlineCode = (text: string): string => escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
