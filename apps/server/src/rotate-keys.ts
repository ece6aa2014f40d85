import {
  type KeyRotationStep,
  parseJwkSet,
  parseSettings,
  planKeyRotation,
  RESTART_WINDOW_SECONDS,
  readEnvironment,
  secretsFilePath,
  updateSigningKeys,
} from '#platform/config';
import { exitWithError, parseArguments } from './cli-command.js';

/**
 * `make rotate-keys`: the next step to another key for access tokens. Keys of the embedded default are rewritten in their
 * file; of those in JWT_KEYS the next value goes to the output, what to do with it to the error output.
 * Exit code 2: it is too early.
 */
function main(): number {
  parseArguments('make rotate-keys takes no arguments: each call does the next step', {}, 0);
  const settings = parseSettings(readEnvironment());
  const rotation =
    settings.jwtKeys === undefined ? rotateStoredKeys(settings.dataDir) : rotateConfiguredKeys(settings.jwtKeys);
  const restart =
    settings.jwtKeys === undefined
      ? `Restart every process that runs on ${settings.dataDir}`
      : 'Set this JWT_KEYS on every process and restart them all';
  console.error(describeRotation(rotation, restart));
  return rotation.did === 'nothing' ? 2 : 0;
}

function rotateConfiguredKeys(jwtKeys: string): KeyRotationStep {
  const rotation = planKeyRotation(parseJwkSet(jwtKeys), new Date());
  if (rotation.did !== 'nothing') console.log(`JWT_KEYS='${JSON.stringify({ keys: rotation.keys })}'`);
  return rotation;
}

function rotateStoredKeys(dataDir: string): KeyRotationStep {
  return updateSigningKeys(secretsFilePath(dataDir), (jwtKeys) => {
    const rotation = planKeyRotation(parseJwkSet(jwtKeys), new Date());
    return { keys: rotation.did === 'nothing' ? undefined : rotation.keys, result: rotation };
  });
}

const STEP_DESCRIPTIONS = {
  publish: 'is published and does not sign yet.',
  sign: 'signs from the restart on; the old one is kept for the tokens that it signed.',
  drop: 'is gone: its last token has died.',
};
const WAIT_REASONS = {
  sign: 'not everybody may know the new key yet',
  drop: 'tokens of the old key may still be alive',
};

function describeRotation(rotation: KeyRotationStep, restart: string): string {
  if (rotation.did !== 'nothing') {
    const then = rotation.next
      ? `${restart} within ${RESTART_WINDOW_SECONDS / 60} minutes, then call again, from ${formatTime(rotation.next)} on.`
      : `${restart} when it suits you. The rotation is complete.`;
    return `Key ${rotation.kid} ${STEP_DESCRIPTIONS[rotation.did]}\n${then}`;
  }
  const why =
    rotation.why === 'too_early'
      ? `Too early: ${WAIT_REASONS[rotation.waitsFor]}. Call again from ${formatTime(rotation.next)} on.`
      : `Key ${rotation.kid} does not say when it was made: give it an "iat" in seconds since 1970, or remove it.`;
  return `${why} Nothing is changed.`;
}

const formatTime = (time: Date): string => time.toISOString().replace('.000', '');

try {
  process.exitCode = main();
} catch (error) {
  exitWithError(error);
}
