import { startBare } from '../support/bare-server.mjs';
import { driveHttp } from '../support/http-contender.mjs';
import { newcomer, registrationOf } from '../support/people.mjs';
import { startProgram } from '../support/program.mjs';
import { startSink } from '../support/sink.mjs';

const next = () => registrationOf(newcomer());

/** Counted when the sink has accepted the mail, not when the request is answered. */
function contender(name, start, connections) {
  const open = async () => {
    const sink = await startSink();
    const server = await start({ SMTP_URL: sink.url });
    const target = { ...server, connections, next, count: sink.accepted };
    return {
      measure: (time) => driveHttp(target, time),
      close: async () => {
        await server.close();
        await sink.stop();
      },
    };
  };
  return { name, open };
}

export const registration = {
  key: 'registration',
  title: 'POST /v1/registrations, mails accepted/s',
  contenders: ({ connections }) => [
    contender('ours', ours, connections),
    contender('fastify+pg+nodemailer', (env) => startBare('registration.mjs', env), connections),
  ],
  targets: [{ what: 'rate', atLeast: 600 }],
};

async function ours(env) {
  const program = await startProgram(env);
  return { ...program, close: program.dispose };
}
