variable "CUDA" { default = "11.2.0" }
variable "TAG" {
  default = "${CUDA}-devel" // composed
}
group "default" { targets = ["app", "lib"] }
target "base" {
  context = "."
  args = { CUDA = CUDA, "OTHER": notequal("", TAG) ? "a" : <<EOT
x
EOT
  }
}
# trtc ignore=image -- mirrored
target "app" {
  inherits = ["base"]
  contexts = { build = "docker-image://nvidia/cuda:${TAG}-ubuntu20.04" }
  target = "build"
  platforms = ["linux/amd64", /* and */ "linux/arm64"]
}
