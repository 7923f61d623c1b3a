/**
 * The one definitions table of all built-in kinds, derived from types at install time. apis/index.ts completes it with
 * what types cannot say.
 */
import type { Definitions } from '../meta/schema/types.ts';
import { derivedDefinitions } from './generated/definitions.js';

export const definitions: Definitions = derivedDefinitions;
