export function Pupils(_: { rest?: string; importId?: string }) {
  return null;
}
