export function Audit(_: { rest?: string; importId?: string }) {
  return null;
}
