/** The state of the service: read once for the whole page. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Status } from '../../api/routes/status.ts';
import type { Loaded } from './use-load.ts';

export const StatusContext = createContext<Loaded<Status>>({ reload: () => undefined });
export const useStatus = (): Loaded<Status> => useContext(StatusContext);
