import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PASSWORD, post } from './people.mjs';

/** He is appointed when the program is ready: a moment later, on a busy machine. */
async function firstAdmin({ home }) {
  for (let look = 0; look < 400; look++) {
    const line = await readFile(path.join(home.folder, 'data', 'first-admin'), 'utf8').catch(() => '');
    if (line.endsWith('\n')) return line.trim().split(' ');
    await sleep(25);
  }
  throw new Error('nobody was appointed');
}

/** A token of the first administrator of the embedded default, who sets a password of his own with the one-time one. */
export async function administrator(program) {
  const url = `http://127.0.0.1:${program.port}`;
  const [username, oneTime] = await firstAdmin(program);
  const logIn = async (password) => (await post(`${url}/v1/auth/login`, { username, password })).access_token;
  const answer = await fetch(`${url}/v1/auth/password`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${await logIn(oneTime)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ currentPassword: oneTime, newPassword: PASSWORD }),
  });
  if (!answer.ok) throw new Error(`the first password was answered ${answer.status}`);
  return logIn(PASSWORD);
}
