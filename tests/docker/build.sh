#!/bin/sh
# Builds docker/Dockerfile unchanged, and trains in the image as a user id that the image does not know. It needs no image
# registry: Debian 12 takes the place of NVIDIA's image. Run it by hand, as root: it needs the packages buildah, debootstrap,
# podman and runc, 20 GB of disk and a quarter of an hour. The test suite does not run it.
set -eu
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)

mirror=$(sed -n 's/^URIs: //p' /etc/apt/sources.list.d/debian.sources | head -n 1)
debootstrap --variant=minbase --include=ca-certificates,python3 bookworm "$folder/base" "$mirror"
# The certificates of this machine, which may reach package registries through a proxy.
certificates=/etc/ssl/certs/ca-certificates.crt
cp "$certificates" "$folder/base$certificates"
base=$(buildah from scratch)
buildah copy --quiet "$base" "$folder/base" /
buildah config --env SSL_CERT_FILE="$certificates" --env PIP_CERT="$certificates" "$base"
buildah commit --quiet --format docker "$base" localhost/base
buildah rm "$base"
rm -r "$folder/base"

# This does not test that the default base image can be pulled.
buildah bud --pull-never --isolation chroot --network host --format docker --build-arg BASE=localhost/base \
    --file docker/Dockerfile --tag localhost/wsed .

mkdir "$folder/work"
chown 4321:4321 "$folder/work"
podman --cgroup-manager cgroupfs --runtime runc run --rm --network none --ulimit nofile=1024:1024 \
    --ulimit nproc=4096:4096 --user 4321:4321 --volume "$folder/work:/work" localhost/wsed \
    train -m pooling=gap,gmp trainer.max_epochs=1 'data.clips={train: 40, val: 0, test: 6}'
test -f "$folder/work/outputs/train/index.html"
rm -r "$folder"
