// SPDX-License-Identifier: AGPL-3.0-or-later
/** The folders of src/locale, put in by the build. */
declare const LANGUAGES: readonly string[];

declare module '*.mp3' {
  const address: string;
  export default address;
}

declare module '*.svg' {
  /** The address of the hashed file. */
  const address: string;
  export default address;
}
