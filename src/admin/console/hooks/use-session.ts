/** Who is logged in, and what they may do. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { SessionView } from '../../web/sessions.ts';

export const SessionContext = createContext<SessionView | undefined>(undefined);

/** Whether it is worth asking the service for anything. */
export const IsSessionGoodContext = createContext(true);
export const useIsSessionGood = (): boolean => useContext(IsSessionGoodContext);

/** Whether actions are offered; the service refuses them anyway to whoever may not. */
export const useMayOperate = (): boolean => useContext(SessionContext)?.scopes.includes('admin:operate') ?? false;
