// SPDX-License-Identifier: AGPL-3.0-or-later
declare module '*.svg' {
  /** The address of the hashed file. */
  const address: string;
  export default address;
}
