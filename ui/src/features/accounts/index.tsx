export function Accounts(_: { rest?: string; importId?: string }) {
  return null;
}
