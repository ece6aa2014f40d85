import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../support/figures.mjs';
import { driveHttp } from '../support/http-contender.mjs';
import { openLoop, startOpenLoop } from '../support/open-loop.mjs';
import { logins, newcomer, registrationOf } from '../support/people.mjs';
import { startProgram } from '../support/program.mjs';
import { startSink } from '../support/sink.mjs';

const TIMES = 3;
/** Of capacity: nobody is refused, nobody waits. */
const CALM = 0.3;
const CALM_SECONDS = 10;
const WINDOW_MS = 500;
/** What else runs on this machine may have hidden the peak. */
const PLAINLY_MORE = 1.2;
const CUSTOMERS = 20;

const good = ({ status }) => status >= 200 && status < 300;
const refused = ({ status }) => status === 429 || status === 503;
const p99 = (answers) =>
  percentile(
    answers.map(({ ms }) => ms),
    0.99,
  );

/** Milliseconds after which no window is worse than twice a calm one; the windows before are the way back. */
function recovery(answers, calm) {
  const isBad = (answer) => !good(answer) || answer.ms > Math.max(2 * calm, 50);
  const last = answers.filter(isBad).reduce((latest, { due }) => Math.max(latest, due), -WINDOW_MS);
  return Math.ceil((last + 1) / WINDOW_MS) * WINDOW_MS;
}

async function overloaded({ port, next, count }, peak, seconds) {
  const before = await count?.();
  const loop = startOpenLoop({ port, rate: TIMES * peak, next });
  await sleep(seconds * 1000);
  const counted = count ? (await count()) - before : loop.answers.filter(good).length;
  return { rate: counted / seconds, answers: await loop.stop() };
}

/** @param open gives the target, and what ends it */
const row = (key, title, connections, open) => ({
  key,
  title,
  figures: [
    { name: 'goodput', title: 'goodput at 3 × capacity ÷ peak', atLeast: 0.9 },
    { name: 'excess', title: 'p99 of 429 and 503, ms', atMost: 50 },
    { name: 'lost', title: 'answered with neither, or never', atMost: 1 },
    { name: 'back', title: 'back to normal after, s', atMost: 5 },
    { name: 'peak', title: 'peak, /s' },
    { name: 'offered', title: 'offered, /s' },
  ],
  measure: async ({ seconds, warmup }, tell) => {
    const { target, close } = await open();
    try {
      tell('peak');
      let { rate: peak } = await driveHttp({ ...target, connections }, { seconds, warmup });
      tell(`peak ${peak.toFixed(1)}/s, now calm`);
      const calm = await openLoop({ ...target, rate: CALM * peak }, CALM_SECONDS);
      let { rate, answers } = await overloaded(target, peak, TIMES * seconds);
      for (let again = 0; again < 2 && rate > PLAINLY_MORE * peak; again++) {
        tell(`that was no overload: ${rate.toFixed(1)}/s were done`);
        peak = rate;
        ({ rate, answers } = await overloaded(target, peak, TIMES * seconds));
      }
      const after = await openLoop({ ...target, rate: CALM * peak }, CALM_SECONDS);
      const others = answers.filter((answer) => !good(answer) && !refused(answer));
      return {
        goodput: [rate / peak],
        excess: [p99(answers.filter(refused))],
        lost: [others.length],
        back: [recovery(after, p99(calm)) / 1000],
        peak: [peak],
        offered: [answers.length / (TIMES * seconds)],
      };
    } finally {
      await close();
    }
  },
});

async function loggingIn() {
  const program = await startProgram();
  return { target: { ...program, next: await logins(CUSTOMERS, program) }, close: program.dispose };
}

async function registering() {
  const sink = await startSink();
  const program = await startProgram({ SMTP_URL: sink.url });
  const close = async () => {
    await program.dispose();
    await sink.stop();
  };
  return { target: { ...program, next: () => registrationOf(newcomer()), count: sink.accepted }, close };
}

export const overload = [
  row('overload', 'overload with logins, bcrypt cost 12', 6, loggingIn),
  row('overload-intake', 'overload with registrations', 32, registering),
];
