set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
helm=${HELM:-helm}
done_file=$here/.$script.done
mode=go
failures=$(mktemp)
trap 'rm -f "$failures"' EXIT

say() { printf '%s\n' "$*" >&2; }

die() {
  say "error: $1"
  say "try: $2"
  exit 2
}

case ${1:-} in
  '') ;;
  --list) mode=list ;;
  --again) mode=again ;;
  *) die "'$1' is not known" "use --list, --again or no argument" ;;
esac
[[ $AT_ONCE =~ ^[1-9][0-9]{0,3}$ ]] || die "AT_ONCE is '$AT_ONCE'" "set it to a number, such as AT_ONCE=10"
((AT_ONCE >= least)) || die "AT_ONCE is $AT_ONCE, but $least servers of a cluster wait for each other" "AT_ONCE=$least"
command -v "$helm" >/dev/null || die "there is no '$helm' on PATH" "install Helm, or set HELM to its name"
if [[ $mode != list ]] && command -v flock >/dev/null; then
  exec 9>>"$here/.$script.lock"
  flock -n 9 || die "another $script.sh is running in this folder" "wait until it ends"
fi
if [[ $mode == again ]]; then rm -f "$done_file"; fi

# The note about a release that is done: Helm's arguments, and a checksum of its values.
note() {
  local sum
  sum=$(cksum <"$here/$3")
  printf '%s %s\n' "${sum// /-}" "$*"
}

# install NAME NAMESPACE VALUES CHART [FLAGS...]: install one release in the background, unless another one failed.
install() {
  if [[ -e $done_file ]] && grep -qxF -- "$(note "$@")" "$done_file"; then
    say "done before: $2/$1"
    return
  fi
  if [[ $mode == list ]]; then
    say "to do: $2/$1"
    return
  fi
  while (($(jobs -rp | wc -l) >= AT_ONCE)); do wait -n || true; done
  if [[ ! -s $failures ]]; then upgrade "$@" & fi
}

# wave NUMBER: the end of a wave.
wave() {
  wait
  if [[ -s $failures ]]; then
    say "error: wave $1: failed: $(paste -sd ' ' "$failures")"
    say "try: read the events of their pods and the logs of their restore containers, then run this again: it continues"
    exit 1
  fi
}
