export { HmacIdentifierHasher } from './hmac-identifier-hasher.js';
export { KeyedSeal } from './keyed-seal.js';
