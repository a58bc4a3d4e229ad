# required_providers { gone = "1" }
terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source                = "hashicorp/aws"
      version               = ">= 5.0, < 6.0" # not yet
      configuration_aliases = [aws.peer]
    }
    exact = {
      source  = "registry.example.org/acme/exact"
      version = "= 1.2.3"
    }
    random = "~> 2.0"
    null   = {}
    terraform = { source = "terraform.io/builtin/terraform" }
  }

  backend "s3" {
    bucket = "state"
  }
}

provider "aws" {
  region  = "eu-central-1"
  version = "~> 5.1"
}
