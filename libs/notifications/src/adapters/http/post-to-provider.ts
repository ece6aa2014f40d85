import { PermanentSendError } from '../../application/ports.js';

const SEND_TIMEOUT_MS = 8_000;

/**
 * Hands one message to an HTTP provider as JSON, with its token as Bearer. 2xx has accepted it; 4xx, but 408, 425 and 429,
 * refuses it for good; anything else may be tried again.
 * @throws PermanentRefusal
 */
export async function postToProvider(url: string, token: string | undefined, message: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'error',
    signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(message),
  });
  await response.body?.cancel();
  if (response.ok) return;
  const { status } = response;
  if (status >= 400 && status < 500 && ![408, 425, 429].includes(status))
    throw new PermanentSendError(`refused with ${status}`);
  throw new Error(`answered ${status}`);
}
