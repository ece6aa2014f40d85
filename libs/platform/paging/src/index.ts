export { CursorNotValid } from './cursors.js';
export { ApiPage, type PageOf, PageQuery } from './page.dto.js';
export { Pages } from './pages.js';
