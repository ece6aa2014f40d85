export { Credentials, type NewSubject, type PreHash, type Role } from './facade.js';
