// SPDX-License-Identifier: AGPL-3.0-or-later
import sprite from '../icons/icons.svg';

export type IconName =
  | 'search' | 'x' | 'check' | 'chevron-right' | 'chevron-left' | 'chevron-down' | 'arrow-left'
  | 'arrow-right' | 'arrow-up' | 'arrow-down' | 'menu' | 'sun' | 'moon' | 'monitor' | 'user' | 'log-out' | 'clock' | 'wallet'
  | 'list' | 'inbox' | 'layers' | 'plus' | 'trash-2' | 'download' | 'upload' | 'play' | 'pause'
  | 'circle-alert' | 'triangle-alert' | 'info' | 'circle-question-mark' | 'circle-check' | 'eye'
  | 'pencil' | 'settings' | 'external-link' | 'copy' | 'key-round' | 'refresh-cw' | 'skip-forward'
  | 'undo-2' | 'zoom-in' | 'keyboard' | 'users' | 'shield-check' | 'activity' | 'file-text' | 'image'
  | 'list-filter' | 'building-2' | 'scale' | 'history' | 'book-open' | 'chart-line' | 'database'
  | 'cloud-off' | 'house' | 'send';

/** A glyph from the sprite. Decoration: the words beside it say what it means. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" aria-hidden="true" viewBox="0 0 24 24" width="18" height="18">
      <use href={`${sprite}#${name}`} />
    </svg>
  );
}
