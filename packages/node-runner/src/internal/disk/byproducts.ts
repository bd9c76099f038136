/** Whether what has this name in a folder is no work of whoever keeps that: hidden or generated. */
export const isByproduct = (name: string): boolean => /^(?:\..*|__pycache__|node_modules|venv)$/.test(name)
