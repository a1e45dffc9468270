export function ImportWizard(_: { rest?: string; importId?: string }) {
  return null;
}
