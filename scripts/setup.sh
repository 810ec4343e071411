# What scripts/nightjar and scripts/test share: installing what is missing and building. Sourced, with `root` set to
# the package's folder. Talks on standard error only: standard output belongs to the script that is to run.
# shellcheck shell=bash disable=SC2046 # the lists of packages are to be split

# SwiftPM ends an interrupted build as a failed one; that is not to be reported as such.
trap 'printf "\n" >&2; exit 130' INT

root=$(cd -P "$root" && pwd)
built=$root/.build/command

say() { printf 'nightjar: %s\n' "$*" >&2; }
fail() {
    local status=$1
    shift
    say "$@"
    exit "$status"
}
have() { command -v "$1" >/dev/null 2>&1; }

# quietly MESSAGE LOG COMMAND...: one line while the command runs, all of its output only if it fails.
# A terminal sees SwiftPM's [done/all] move; anything else gets the message once.
quietly() {
    local message=$1 log=$2 line status=0
    shift 2
    if [[ -t 2 ]]; then
        printf '\rnightjar: %s' "$message" >&2
        "$@" </dev/null 2>&1 9>&- | while IFS= read -r line; do
            printf '%s\n' "$line" >&3
            [[ ! $line =~ ^\[([0-9]+/[0-9]+)\] ]] || printf '\r\033[Knightjar: %s [%s]' "$message" "${BASH_REMATCH[1]}" >&2
        done 3>"$log" || status=$?
        printf '\r\033[K' >&2
    else
        say "$message"
        "$@" </dev/null >"$log" 2>&1 9>&- || status=$?
    fi
    ((status == 0)) || cat "$log" >&2
    return "$status"
}

# Packages that building and running need and that are not here, by their Debian names.
missing_packages() {
    if have pkg-config; then
        pkg-config --exists lua5.4 || echo liblua5.4-dev
        pkg-config --exists libpng || echo libpng-dev
        pkg-config --exists zlib || echo zlib1g-dev
    else
        echo pkg-config liblua5.4-dev libpng-dev zlib1g-dev
    fi
    # Linking takes the C++ library's development files.
    ! have apt-get || compgen -G '/usr/lib/gcc/*/*/libstdc++.so' >/dev/null || echo g++
    packages_to_run
}

# Those that the built command needs: downloading takes libcurl and the roots of trust, JPEG pictures libjpeg-turbo, which
# is called otherwise on Ubuntu. Where these are is known for Debian and its kin only.
packages_to_run() {
    have apt-get || return 0
    compgen -G '/usr/lib/*/libcurl.so.4' >/dev/null || echo libcurl4
    [[ -e /etc/ssl/certs/ca-certificates.crt ]] || echo ca-certificates
    compgen -G '/usr/lib/*/libjpeg.so.[68]*' >/dev/null || if grep -q '^ID=ubuntu' /etc/os-release; then
        echo libjpeg-turbo8
    else
        echo libjpeg62-turbo
    fi
}

# install_packages PACKAGE...: does nothing without arguments. Ends the script where it cannot install: with status 75
# ("try again later", as publish.lua's) where the archive could not be reached, else 1.
install_packages() {
    (($#)) || return 0
    if ! have apt-get; then
        if [[ $(uname) == Darwin ]]; then
            fail 1 "something is missing; run: brew install pkgconf lua@5.4 libpng zlib"
        fi
        fail 1 "missing (by their Debian names): $*; install them with this system's package manager"
    fi
    local sudo=''
    if ((EUID != 0)); then
        # Without a terminal sudo must not need a password.
        if have sudo && { [[ -t 2 ]] && sudo -v || sudo -n true; } 2>/dev/null; then
            sudo=sudo
        else
            fail 1 "missing: $*; as root run: apt-get update && apt-get install --no-install-recommends $*"
        fi
    fi
    mkdir -p "$built"
    # Container images ship without package lists, other machines with old ones: fetch them if the first try fails.
    apt_get() { $sudo env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@"; }
    apt_install() {
        apt_get install --yes --no-install-recommends "$@" || {
            apt_get update && apt_get install --yes --no-install-recommends "$@"
        }
    }
    quietly "installing $*" "$built/install.log" apt_install "$@" || fail 75 "could not install: $*"
}

# SwiftPM finds Homebrew's unlinked packages by itself; pkg-config has to be told.
if [[ $(uname) == Darwin ]] && have brew; then
    for keg in lua@5.4 libpng zlib; do
        PKG_CONFIG_PATH=$(brew --prefix)/opt/$keg/lib/pkgconfig:${PKG_CONFIG_PATH:-}
    done
    export PKG_CONFIG_PATH
fi

# Debian has another `swift` (a client of OpenStack), so look for the compiler.
require_swift() {
    have swiftc || fail 1 "no Swift compiler on PATH; get Swift 6.3 or later from https://www.swift.org/install"
}

# sources_digest [FOLDER...]: a digest of everything the command is built from, and of folders. Tells a touched file, a fresh clone or a branch switched back and
# forth from a change, so that none of them costs a build.
sources_digest() {
    local sum=(shasum -a 256)
    ! have sha256sum || sum=(sha256sum)
    (cd "$root" && find Sources Package.swift scripts/setup.sh "$@" ! -type d ! -name '.*' -print0 | LC_ALL=C sort -z |
        xargs -0 "${sum[@]}" | "${sum[@]}")
}

# The tests as built, for a job that gets them from a cache: what SwiftPM would build again there, because all files of a
# fresh clone are new. They know the folder that they were built in.
tests_digest() { echo "$root $(sources_digest Tests)"; }
tests_products() {
    echo "$root/.build/$(swiftc -print-target-info | sed -n 's/.*"unversionedTriple": "\(.*\)".*/\1/p')/debug"
}

keep_tests() {
    local products kept=$root/.build/tests
    products=$(tests_products)
    rm -rf "$kept"
    mkdir -p "$kept"
    cp -p "$products/nightjar" "$products"/*.xctest "$kept/"
    tests_digest >"$kept/digest"
}

# Puts the kept tests in their place. Fails where there are none of the present sources.
restore_tests() {
    local products kept=$root/.build/tests
    [[ -e $kept/digest && $(<"$kept/digest") == "$(tests_digest)" ]] || return 1
    products=$(tests_products)
    mkdir -p "$products"
    cp -p "$kept/nightjar" "$kept"/*.xctest "$products/"
    ln -sfn "${products#"$root/.build/"}" "$root/.build/debug"
}

# The files that the command at a path loads or opens.
loaded_libraries() {
    { ldd "$1" 2>/dev/null || true; } | sed -n 's|.* => \(/[^ ]*\).*|\1|p'
    ! have apt-get || compgen -G '/usr/lib/*/libcurl.so.4' || true
    ! have apt-get || compgen -G '/usr/lib/*/libjpeg.so.[68]*' || true
}

# Is the built command that of the present sources, whatever their dates?
same_sources() { [[ -x $built/nightjar && -e $built/stamp && $(head -n 1 "$built/stamp") == "$(sources_digest)" ]]; }

# Makes $built hold the command as built from the present sources. One invocation at a time.
build_command() {
    if ! mkdir -p "$built" 2>/dev/null || [[ ! -w $built ]]; then
        # Someone else's checkout.
        ! same_sources || return 0
        fail 1 "the sources changed since the last build, and $built cannot be written"
    fi
    exec 9>"$built/lock"
    if have flock && ! flock --nonblock 9; then
        say "waiting for another build"
        flock 9
    fi
    up_to_date || refresh_command
    exec 9>&-
}

refresh_command() {
    local began=$built/began digest linking=()
    : >"$began"
    if same_sources; then
        touch -r "$began" "$built/stamp"
        up_to_date && return
        # A library went missing: it comes back with its development package, and no build is needed.
        install_packages $(packages_to_run)
        up_to_date && return
        install_packages $(missing_packages)
        up_to_date && return
    fi

    rm -f "$built/stamp"
    digest=$(sources_digest)
    if fetch_command "$digest"; then
        install_packages $(packages_to_run)
        install_command "$digest" "$began"
        return
    fi
    require_swift
    install_packages $(missing_packages)
    linking_options
    build_release() {
        swift build --package-path "$root" -c release --product nightjar "${linking[@]}" "$@"
    }
    quietly "building (a few minutes the first time)" "$built/build.log" build_release || fail 1 "the build failed"
    if ((${#finishing[@]})); then
        called_functions >"$root/.build/archives/order" 2>/dev/null || true
        quietly "linking" "$built/link.log" build_release "${finishing[@]}" || fail 1 "the build failed"
    fi
    cp "$root/.build/release/nightjar" "$built/nightjar.new"
    install_command "$digest" "$began"
}

# The package that a pipeline keeps the command in, by a digest of its sources, and the file for this system.
command_version() { echo "0.0.0-g${1:0:16}"; }
command_file() { uname -sm | tr 'A-Z ' 'a-z-' | sed 's/^/nightjar-/'; }

# fetch_command DIGEST: in a job, makes nightjar.new the command that a pipeline of this project built from sources of
# that digest. Fails where there is none, or anything else than its manifest says: then it is built here.
fetch_command() {
    [[ -n ${CI_API_V4_URL:-} && -n ${CI_PROJECT_ID:-} && -n ${CI_JOB_TOKEN:-} ]] || return 1
    have curl || (install_packages curl ca-certificates) || return 1
    local version file base expected sum=(shasum -a 256)
    ! have sha256sum || sum=(sha256sum)
    version=$(command_version "$1")
    file=$(command_file)
    base=$CI_API_V4_URL/projects/$CI_PROJECT_ID/packages/generic/nightjar/$version
    # The token is no argument, which everyone on the machine could read; and curl keeps this header from other servers.
    fetch() {
        printf 'header = "Authorization: Bearer %s"\n' "$CI_JOB_TOKEN" |
            curl --config - ${CI_SERVER_TLS_CA_FILE:+--cacert "$CI_SERVER_TLS_CA_FILE"} --fail --silent --location \
                --connect-timeout 10 --max-time 300 --retry 2 --output "$2" "$base/$1"
    }
    fetch manifest.json "$built/manifest.json" && fetch "$file" "$built/nightjar.new" || return 1
    expected=$(tr -d ' \n' <"$built/manifest.json" | grep -o "{[^{}]*\"name\":\"$file\"[^{}]*}" |
        sed -n 's/.*"sha256":"\([0-9a-f]\{64\}\)".*/\1/p')
    if [[ -z $expected || $("${sum[@]}" <"$built/nightjar.new") != "$expected "* ]]; then
        say "$file of nightjar $version is not what its manifest says; building it"
        rm -f "$built/nightjar.new"
        return 1
    fi
    chmod +x "$built/nightjar.new"
    say "fetched nightjar $version"
}

# install_command DIGEST BEGAN: puts nightjar.new in its place, as what was begun then from sources of that digest.
install_command() {
    mv "$built/nightjar.new" "$built/nightjar"
    {
        echo "$1"
        loaded_libraries "$built/nightjar"
    } >"$built/stamp.new"
    touch -r "$2" "$built/stamp.new"
    mv "$built/stamp.new" "$built/stamp"
    # What editors complete from; of no use to the run, so it may fail.
    "$built/nightjar" --stubs "$root/.lua-stubs" </dev/null >/dev/null 2>&1 || true
}

# Prints the names of the functions that a start calls, those of a prediction: the linker puts them together, so that a
# start reads and maps a fifth of the command. Fails where that cannot be found out, as in a container that lets nobody
# trace; then they stay where they are. The processor must make no difference: with the kernels of one instruction set
# come the others'.
called_functions() {
    local archives=$root/.build/archives program=$root/.build/release/nightjar set
    [[ $(uname -sm) == "Linux x86_64" ]] || return 1
    "$(dirname "$(command -v swiftc)")/clang" -O1 -o "$archives/called_functions" "$root/scripts/called_functions.c" || return 1
    # Whoever calls this stays where it is.
    (
        cd "$root/scripts" || exit 1
        export SWIFT_DETERMINISTIC_HASHING=1 NIGHTJAR_ISA=v2 NIGHTJAR_NUM_THREADS=1 LUA_PATH_5_4='./?.lua;;'
        "$program" -e 'require("nightjar").checkpoint.save(arg[1], { model = require("models.mnist").Net() })' \
            - "$archives/model.safetensors" &&
            "$archives/called_functions" "$program" run_mnist.lua --model "$archives/model.safetensors" samples/7.png
    ) </dev/null >"$archives/called" || return 1
    cat "$archives/called"
    for set in V3 V4; do sed -n "s/9KernelsV2/9Kernels$set/gp" "$archives/called"; done
}

# Sets `linking`: how the command is linked. Statically where there are archives for it, it starts sooner, needs nothing
# but the C library, and is the same whatever folder it was built in. What has no archive stays a shared library.
# Sets `finishing`, too: what the linker is told besides when it is known which functions a start calls.
linking_options() {
    local toolchain archives=$root/.build/archives name directory file
    linking=(--disable-local-rpath) finishing=()
    toolchain=$(dirname "$(command -v swiftc)")
    if [[ -d $(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')_static ]]; then
        linking+=(--static-swift-stdlib)
    fi
    # The compilers' messages name sources by their place in the package.
    linking+=(-Xswiftc -file-prefix-map -Xswiftc "$root=." -Xcc "-ffile-prefix-map=$root=.")
    [[ $(uname) == Linux && -x $toolchain/ld.lld ]] || return 0
    linking+=(-Xswiftc -use-ld=lld -Xswiftc -Xclang-linker -Xswiftc -static-libgcc)
    linking+=(-Xlinker -O2 -Xlinker --icf=all)
    # At a fixed address: 30,000 places need not be corrected at each start, nor the pages be copied that they lie in.
    linking+=(-Xswiftc -Xclang-linker -Xswiftc -no-pie)
    # Each function can be moved or left out.
    linking+=(-Xswiftc -Xfrontend -Xswiftc -function-sections)
    finishing=(-Xlinker -s -Xlinker "--symbol-ordering-file=$archives/order" -Xlinker --no-warn-symbol-ordering)

    # A folder that is searched first and has archives only.
    rm -rf "$archives"
    mkdir -p "$archives/pkgconfig"
    for name in lua5.4 libpng zlib; do
        directory=$(pkg-config --variable=libdir "$name")
        for file in "$directory/lib${name#lib}"*.a "$directory"/libz.a; do
            [[ $file == *+* || ! -e $file ]] || ln -sf "$file" "$archives/"
        done
        sed "s|^libdir=.*|libdir=$archives|" "$(pkg-config --variable=pcfiledir "$name")/$name.pc" \
            >"$archives/pkgconfig/$name.pc"
    done
    # The toolchain's own compiler: where Swift is installed there need be no gcc.
    for name in libstdc++ libgcc_eh; do
        file=$("$toolchain/clang" -print-file-name="$name.a" 2>/dev/null) || continue
        [[ $file != /* ]] || ln -sf "$file" "$archives/"
    done
    linking+=(-Xlinker "-L$archives")
    # Digests of intermediate code, of which nothing makes use and which differ from folder to folder; and tables for
    # unwinding, for nothing in here throws as C++ does: a tenth of the command.
    echo 'SECTIONS { /DISCARD/ : { *(.swift_modhash) *(.eh_frame) } } INSERT AFTER .text;' >"$archives/discard.ld"
    linking+=(-Xlinker -T -Xlinker "$archives/discard.ld" -Xlinker --no-eh-frame-hdr)
    # C modules take Lua from the command: all of it is in there and exported, and nothing else is. SwiftPM hides what
    # comes from archives, so it has to be an object.
    if [[ -e $archives/liblua5.4.a ]] &&
        "$toolchain/ld.lld" -r -o "$archives/lua.o" --whole-archive "$archives/liblua5.4.a"; then
        rm "$archives/liblua5.4.a"
        printf '!<arch>\n' >"$archives/liblua5.4.a"
        linking+=(-Xlinker "$archives/lua.o" -Xlinker --no-export-dynamic -Xlinker "--export-dynamic-symbol=lua*")
    fi
    export PKG_CONFIG_PATH=$archives/pkgconfig:${PKG_CONFIG_PATH:-}
}
