package payments_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
)

// matrix is the whole of it, for people to agree on.
const matrix = `
               owner manager cashier accountant
take_money     yes   yes     yes     -
manage_links   yes   yes     -       -
refund         yes   yes     -       -
switch_outlet  yes   yes     yes     yes
edit_outlet    yes   yes     -       -
pause_outlet   yes   yes     -       -
add_outlet     yes   -       -       -
archive_outlet yes   -       -       -
cards          yes   -       -       -
edit_merchant  yes   -       -       -
export         yes   yes     -       yes
report         yes   yes     -       yes
close_day      yes   yes     yes     -
team           yes   yes     -       -
invite         yes   yes     -       -
invite_any     yes   -       -       -
edit_team      yes   -       -       -
bulk_links     yes   yes     -       -
ask_group      yes   yes     -       -
groups         yes   -       -       -
`

func TestEveryRoleAndAction(t *testing.T) {
	roles := []payments.Role{payments.RoleOwner, payments.RoleManager, payments.RoleCashier, payments.RoleAccountant}
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-15s%-6s%-8s%-8s%s\n", "", roles[0], roles[1], roles[2], roles[3])
	for _, a := range payments.Actions() {
		word := func(r payments.Role) string {
			if r.Can(a) {
				return "yes"
			}
			return "-"
		}
		fmt.Fprintf(&b, "%-15s%-6s%-8s%-8s%s\n", a, word(roles[0]), word(roles[1]), word(roles[2]), word(roles[3]))
		for _, nobody := range []payments.Role{"", "Owner", "admin"} {
			if nobody.Can(a) {
				t.Errorf("role %q may %s", nobody, a)
			}
		}
	}
	if diff := cmp.Diff(b.String(), matrix); diff != "" {
		t.Errorf("matrix (-got +want):\n%s", diff)
	}
	if payments.RoleOwner.Can("fly") {
		t.Error("an owner may do what is not in the matrix")
	}
}
