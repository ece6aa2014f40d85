/** A mail, ready to send: the same words as plain text and as HTML. */
export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface NoticeMailContent {
  readonly subject: string;
  readonly heading: string;
  readonly paragraphs: readonly string[];
  /** BCP 47 tag of the language the words are in. */
  readonly locale?: string;
}

export interface CodeMailContent {
  /** Lock screens show it: the code is in it only if the caller puts it there. */
  readonly subject: string;
  readonly heading: string;
  readonly intro: string;
  readonly code: string;
  /** Tells two messages apart. */
  readonly reference?: { readonly label: string; readonly value: string };
  readonly notes: readonly string[];
  /** BCP 47 tag of the language the words are in. */
  readonly locale?: string;
}

/** A mail around one code. The text begins with the code on a line of its own. */
export function renderCodeMail({
  subject,
  heading,
  intro,
  code,
  reference,
  notes,
  locale,
}: CodeMailContent): RenderedMail {
  const referenceLine = reference ? referenceLineHtml(reference) : '';
  const body = `${paragraphHtml(intro)}${codeBoxHtml(code)}${referenceLine}${notes.map(noteHtml).join('')}`;
  return {
    subject,
    text: renderText([
      code,
      heading,
      intro,
      ...(reference ? [`${reference.label}: ${reference.value}`] : []),
      ...notes,
    ]),
    html: renderHtmlDocument({ subject, heading, body, locale }),
  };
}

/** A mail that tells something. */
export function renderNoticeMail({ subject, heading, paragraphs, locale }: NoticeMailContent): RenderedMail {
  const body = paragraphs.map(paragraphHtml).join('');
  return {
    subject,
    text: renderText([heading, ...paragraphs]),
    html: renderHtmlDocument({ subject, heading, body, locale }),
  };
}

const SANS_FONT = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const MONO_FONT = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace";
const TEXT_COLOR = 'color:#1d2433';
const MUTED_COLOR = 'color:#5d6678';
const HEADING = `margin:0 0 12px;font-size:22px;line-height:30px;font-weight:700;${TEXT_COLOR}`;
const PARAGRAPH = `margin:0 0 16px;font-size:16px;line-height:25px;${TEXT_COLOR}`;
const REFERENCE = `margin:0 0 24px;font-size:14px;line-height:20px;text-align:center;${MUTED_COLOR}`;
const NOTE = `margin:12px 0 0;font-size:14px;line-height:21px;${MUTED_COLOR}`;

/** Eight digits fit a narrow phone. letter-spacing also adds its gap after the last one: the padding keeps them centred. */
function codeStyle(length: number): string {
  const [size, gap] = length > 6 ? [28, 5] : [40, 10];
  return `margin:0;padding-left:${gap}px;font-size:${size}px;line-height:48px;font-weight:700;letter-spacing:${gap}px;white-space:nowrap;user-select:all;color:#27346b;${MONO_FONT}`;
}

// Mail clients that drop this block still show the light colours, which stand inline.
const DARK_MODE_STYLES = `@media (prefers-color-scheme:dark){
.page{background:#12151c!important}.card{background:#1b202b!important;border-color:#2c3342!important}
.ink{color:#eef1f7!important}.soft{color:#a3adbf!important}
.box{background:#262e49!important}.code{color:#dbe3ff!important}
}`;

const paragraphHtml = (words: string): string => `<p class="ink" style="${PARAGRAPH}">${escapeHtml(words)}</p>`;
const noteHtml = (words: string): string => `<p class="soft" style="${NOTE}">${escapeHtml(words)}</p>`;

const referenceLineHtml = ({ label, value }: { readonly label: string; readonly value: string }): string =>
  `<p class="soft" style="${REFERENCE}">${escapeHtml(label)}: <b class="ink" style="${TEXT_COLOR}">${escapeHtml(value)}</b></p>`;

/** The digits stand side by side, so that copying gives the code and nothing else; the gaps are style. */
const codeBoxHtml = (code: string): string =>
  `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 10px"><tr>
<td class="box" align="center" bgcolor="#eef1fb" style="padding:20px 8px;border-radius:12px;background:#eef1fb"><p class="code" style="${codeStyle(code.length)}">${escapeHtml(code)}</p></td>
</tr></table>`;

interface HtmlDocumentContent {
  readonly subject: string;
  readonly heading: string;
  readonly body: string;
  readonly locale: string | undefined;
}

// format-detection: no client turns the code into a telephone link.
const renderHtmlDocument = ({ subject, heading, body, locale = 'en' }: HtmlDocumentContent): string => `<!doctype html>
<html lang="${escapeHtml(locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>${escapeHtml(subject)}</title>
<style>
:root{color-scheme:light dark}
${DARK_MODE_STYLES}
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f4f3f0;${SANS_FONT}">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="#f4f3f0" style="background:#f4f3f0"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:480px"><tr>
<td class="card" align="left" bgcolor="#ffffff" style="padding:32px 28px;border:1px solid #e4e2dc;border-radius:16px;background:#ffffff;${SANS_FONT}">
<h1 class="ink" style="${HEADING}">${escapeHtml(heading)}</h1>
${body}
</td></tr></table>
</td></tr></table>
</body>
</html>
`;

const renderText = (parts: readonly string[]): string => `${parts.join('\n\n')}\n`;

const HTML_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (words: string): string =>
  words.replace(/[&<>"']/g, (character) => HTML_ENTITIES[character] ?? character);
