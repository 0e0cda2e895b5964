/** What DCV's external authenticator protocol calls the media type of its answers; SOCA sends the same. */
export const authenticatorMediaType = 'text/xml; charset=utf-8';

/** The same whatever the cause: who tries tokens must not learn how far they came. */
const refusalSentence = 'The connection was refused. Get a new one from the portal.';

export function yes(user: string): string {
  return `<auth result="yes"><username>${escapeXml(user)}</username></auth>`;
}

export const no = `<auth result="no"><message>${refusalSentence}</message></auth>`;

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Only for names that are `isTellable`: XML has no way at all to say a control character. */
function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
