export { AccessGuard } from './access.guard.js';
export { AuthenticatedBy, FreshAuthentication, Open, OwnToken, Roles, Scopes } from './access.js';
export { Address } from './address.decorator.js';
export { Authentication, type AuthenticationRequest } from './authentication.js';
export { parseBasicCredentials } from './basic-credentials.js';
export { BodyGuard } from './body.guard.js';
export { useStrictBodies } from './body-parser.js';
export { completeDocument } from './document.js';
export { isNoneMatch } from './etag.js';
export { IfGiven, IfSet, IsLocale, IsMarket, IsMoment } from './fields.js';
export { FreshAuthentications } from './fresh-authentication.js';
export {
  bodyTooLarge,
  Forbidden,
  headersTooLarge,
  InvalidCredentials,
  methodNotAllowed,
  notFound,
  OwnTokenRequired,
  PLATFORM_PROBLEMS,
  refused,
  requestTimeout,
  unreadableRequest,
  unsupportedMediaType,
  uriTooLong,
} from './http-errors.js';
export { jsonPieces } from './json-pieces.js';
export { NoBody } from './no-body.pipe.js';
export { NoQuery } from './no-query.pipe.js';
export { ApiProblems, ProblemDocument } from './openapi.js';
export { headersOf, InternalError, PROBLEM_TYPE, statusOf, toProblem } from './problem.js';
export { ProblemCatalogue, ProblemsController } from './problems.controller.js';
export { RouteTable } from './route-table.js';
export { singleHeader } from './single-header.js';
export { addressOf, forwardedAddress, sourcePrefix } from './source.js';
export { parseStrictJson } from './strict-json.js';
export { strictValidation } from './validation.js';
