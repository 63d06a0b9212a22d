set -euo pipefail
terraform apply -auto-approve -input=false -no-color
terraform plan -detailed-exitcode -input=false -no-color
terraform destroy -auto-approve -input=false -no-color
