provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = false
}

resource "aws_sesv2_email_identity" "domain" {
  email_identity = "example.com"
}

resource "aws_sesv2_configuration_set" "shop" {
  configuration_set_name = "shop"
}

resource "aws_sns_topic" "events" {
  name = "events"
}
