/** The shell scripts of an upload: POSIX, for dash, bash and BusyBox alike. Arguments: folder, target, part, SHA-256, mode. */

/** Prints the SHA-256 of standard input in hexadecimal. */
const HASH = [
  'digest() { if command -v sha256sum >/dev/null 2>&1; then sha256sum',
  'elif command -v shasum >/dev/null 2>&1; then shasum -a 256',
  'elif command -v openssl >/dev/null 2>&1; then openssl dgst -sha256 -r',
  'else echo "no sha256" >&2; return 1; fi | cut -c1-64; }',
].join('; ')

/** Makes the folder, removes parts older than a day, and says `whole`, or `part SIZE HASH` of what an earlier try left. */
export const PREPARE = [
  HASH,
  'umask 077',
  'mkdir -p -- "$1" || exit 1',
  `find "$1" -type f -name "*.${'[0-9a-f]'.repeat(32)}.part" -mtime +0 ! -path "$3" -exec rm -f -- {} + 2>/dev/null`,
  'if [ -d "$2" ]; then echo "$2: Is a directory" >&2; exit 1; fi',
  'if [ -f "$2" ]; then h=$(digest <"$2") || exit 1; if [ "$h" = "$4" ]; then chmod "$5" "$2" && rm -f -- "$3" && echo whole; exit; fi; fi',
  // A link or a pipe there would lead the bytes elsewhere.
  'if [ -e "$3" ] || [ -L "$3" ]; then if [ -f "$3" ] && [ ! -L "$3" ]; then h=$(digest <"$3") || exit 1; echo "part $(wc -c <"$3") $h"; exit; fi; rm -rf -- "$3" || exit 1; fi',
  'printf "" | digest >/dev/null || exit 1',
  'echo "part 0 -"',
].join('; ')

export const RECEIVE = 'umask 077; if [ "$2" = new ]; then cat >"$1"; else cat >>"$1"; fi'

/** Says `done` once the file is in its place and on the disk, or `wrong` after removing what is not what was sent. */
export const FINISH = [
  HASH,
  'h=$(digest <"$3") || exit 1',
  'if [ "$h" != "$4" ]; then rm -f -- "$3"; echo wrong; exit; fi',
  'chmod "$5" "$3" || exit 1',
  'sync "$3" 2>/dev/null || fsync "$3" 2>/dev/null || sync',
  'if [ -d "$2" ]; then echo "$2: Is a directory" >&2; exit 1; fi',
  'mv -f -- "$3" "$2" || exit 1',
  'sync "$1" 2>/dev/null || fsync "$1" 2>/dev/null',
  'echo done',
].join('; ')
