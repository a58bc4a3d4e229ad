module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 5.0"

  name = local.name
  tags = {
    source  = "false/found/one"
    version = "1.0.0"
  }
}

module "exact" {
  source  = "terraform-aws-modules/iam/aws//modules/iam-user"
  version = "5.47.1"
}

module "private" {
  version = "= 1.2.3"
  source  = "modules.example.org/acme/network/azurerm"
}

module "git" {
  source = "git::https://user:hunter2@git.example.org/infra/dns.git?ref=v1.2.0"
}
module "hub" {
  source = "github.com/acme/terraform-modules//queue?ref=main"
}
module "short_hub" {
  source = "github.com/acme/terraform-queue"
}
module "archive" {
  source = "https://example.org/modules/vpc.zip"
}
module "own" {
  source = "./modules/own"
}
module "own_above" {
  source = "../common"
}
module "computed" {
  source = "${var.registry}/x/y"
}

/* module "gone" { source = "gone/gone/gone" } */

locals {
  text = <<-EOT
    module "false" {
      source = "false/heredoc/aws" /* " {
    }
  EOT
  name = "${var.name == "x" ? "module" : "y"}-{"
  module = "no block"
}

resource "aws_instance" "x" {
  user_data = <<EOF
required_providers { false = "1" }
EOF
  module "nested" { source = "false/nested/aws" }
}

terraform {
  required_providers {
    random = { source = "hashicorp/random", version = "3.6.3" }
  }
}
