// Who is signed in, as the pages see it. The state itself is kept in app/session.tsx.
import { createContext, use } from "react";
import type { Permission, SessionView } from "../api.gen";

export type SessionApi = {
  session: SessionView;
  can: (permission: Permission) => boolean;
  set: (session: SessionView) => void;
  signOut: () => Promise<void>;
};

export const SessionContext = createContext<SessionApi | null>(null);

export function useSession(): SessionApi {
  const api = use(SessionContext);
  if (!api) throw new Error("no session around this page");
  return api;
}
