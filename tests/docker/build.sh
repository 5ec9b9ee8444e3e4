#!/bin/sh
# Builds docker/Dockerfile as it is where no registry of images can be reached, and trains in it as a user that it does not
# know. Debian 12 stands in for NVIDIA's image. For root, with the packages buildah, debootstrap, podman and runc, 20 GB of
# disk and a quarter of an hour; it is no part of the tests that run each time.
set -eu
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)

mirror=$(sed -n 's/^URIs: //p' /etc/apt/sources.list.d/debian.sources | head -n 1)
debootstrap --variant=minbase --include=ca-certificates,python3 bookworm "$folder/base" "$mirror"
# Of this machine, which may reach registries by way of others.
certificates=/etc/ssl/certs/ca-certificates.crt
cp "$certificates" "$folder/base$certificates"
base=$(buildah from scratch)
buildah copy --quiet "$base" "$folder/base" /
buildah config --env SSL_CERT_FILE="$certificates" --env PIP_CERT="$certificates" "$base"
buildah commit --quiet --format docker "$base" localhost/base
buildah rm "$base"
rm -r "$folder/base"

# Whether the default is a name that can be pulled is not tried here.
buildah bud --pull-never --isolation chroot --network host --format docker --build-arg BASE=localhost/base \
    --file docker/Dockerfile --tag localhost/wsed .

mkdir "$folder/work"
chown 4321:4321 "$folder/work"
podman --cgroup-manager cgroupfs --runtime runc run --rm --network none --ulimit nofile=1024:1024 \
    --ulimit nproc=4096:4096 --user 4321:4321 --volume "$folder/work:/work" localhost/wsed \
    train -m pooling=gap,gmp trainer.max_epochs=1 'data.clips={train: 40, val: 0, test: 6}'
test -f "$folder/work/outputs/train/index.html"
rm -r "$folder"
