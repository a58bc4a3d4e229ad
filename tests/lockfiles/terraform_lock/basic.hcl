# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "registry.example.org/hashicorp/aws" {
  version     = "5.31.0"
  constraints = ">= 5.0.0, < 6.0.0"
  hashes = [
    "h1:ltxyuBWIy9cq0kIKDJH1jeWJy/y7XJLjS4QrsQK4plA=",
    "zh:0cdb9c2083bf0902442384f7309367791e4640581652dda456f2d6d7abf0de8d",
  ]
}

provider "registry.example.org/hashicorp/random" {
  version = "3.6.0"
  hashes = [
    "h1:I8MBeauYA8J8yheLJ8oSMWqB0kovn16dF/wKZ1QTdkk=",
  ]
}
