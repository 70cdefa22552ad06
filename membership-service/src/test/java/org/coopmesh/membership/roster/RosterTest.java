package org.coopmesh.membership.roster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.coopmesh.membership.member.MemberFacts;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership.Known;
import org.coopmesh.membership.member.Payer;
import org.coopmesh.membership.member.PayerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RosterTest {
    private static final LocalDate TODAY = LocalDate.parse("2026-03-10");

    @Test
    void columnsStandInAnyOrderAndCellsMayHoldWhatStandsBetweenThem() {
        Roster roster =
                read(
                        """
                        email,name,site,address,plan,joined_on,latitude,longitude,phone
                        ida@example.org,"Hill, Ida ""Idi\""",Mill,"Mill Lane 1, rear",standard,2021-05-01,50.1,-8.25,+49 30 1
                        """);

        assertThat(roster.problems()).isEmpty();
        RosterLine line = roster.lines().getFirst();
        assertThat(line.at()).isEqualTo("2");
        assertThat(line.name()).isEqualTo("Hill, Ida \"Idi\"");
        assertThat(line.joinedOn()).isEqualTo("2021-05-01");
        assertThat(line.place().address()).isEqualTo("Mill Lane 1, rear");
        assertThat(line.place().location().longitude()).isEqualTo(-8.25);
    }

    @ParameterizedTest
    @ValueSource(strings = {";", "\t", ","})
    void theFirstLineTellsWhatStandsBetweenColumns(String between) {
        Roster roster = read("name" + between + "email\r\nIda" + between + "ida@example.org\r\n");

        assertThat(roster.problems()).isEmpty();
        assertThat(roster.lines()).extracting(RosterLine::email).containsExactly("ida@example.org");
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstColumn() {
        assertThat(read("\uFEFFname,email\nIda,ida@example.org\n").lines()).hasSize(1);
    }

    @Test
    void anotherEncodingIsRefusedWithTheLineWhereItShows() {
        byte[] file =
                "name,email\nIda,ida@example.org\nJosé,jose@example.org\n"
                        .getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> Roster.read(file, ""))
                .isInstanceOfSatisfying(
                        RosterRefused.class,
                        refused ->
                                assertThat(refused.problems())
                                        .singleElement()
                                        .satisfies(problem -> {
                                            assertThat(problem.at()).isEqualTo("3");
                                            assertThat(problem.rule()).isEqualTo("encoding");
                                        }));
    }

    @Test
    void everyWrongFieldIsToldByItsLineFieldAndRule() {
        Roster roster =
                read(
                        """
                        name,email,joined_on,site,address,latitude,longitude,plan,payer_email,payer_name
                        ,nowhere,31.3.2026,Mill,,91,8,Home,,
                        Ida,ida@example.org,,Mill,Lane 1,50,,standard,hall@example.org,
                        Tom,tom@example.org,,,Lane 2,,,,,
                        """);

        assertThat(roster.problems())
                .extracting(each -> each.at() + " " + each.field() + " " + each.rule())
                .containsExactlyInAnyOrder(
                        "2 name required",
                        "2 email email",
                        "2 joined_on date",
                        "2 address required",
                        "2 latitude degrees",
                        "2 latitude location-incomplete",
                        "2 plan pattern",
                        "3 longitude location-incomplete",
                        "3 payer_name required",
                        "4 site required");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name,mail\\nIda,ida@example.org | 1 | unknown-column",
                "name,name,email\\na,b,c | 1 | column-twice",
                "name\\nIda | 1 | required",
                "name,email\\n\"Ida,ida@example.org\\nTom,tom@example.org | 2 | quote-open",
                "name,email\\n\"Ida\"x,ida@example.org | 2 | quote-closed",
            })
    void aFileThatCannotBeReadIsRefusedWhole(String file, String at, String rule) {
        assertThatThrownBy(() -> read(file.replace("\\n", "\n")))
                .isInstanceOfSatisfying(
                        RosterRefused.class,
                        refused ->
                                assertThat(refused.problems())
                                        .singleElement()
                                        .satisfies(problem -> {
                                            assertThat(problem.at()).isEqualTo(at);
                                            assertThat(problem.rule()).isEqualTo(rule);
                                        }));
    }

    @Test
    void linesAndBytesAreBounded() {
        String tooMany = "name,email\n" + "Ida,ida@example.org\n".repeat(Roster.LINES_MAX + 1);

        assertThatThrownBy(() -> read(tooMany))
                .isInstanceOf(RosterRefused.class)
                .hasMessageContaining("more than 2000 lines");
        assertThat(read("name,email\n" + "Ida,ida@example.org\n".repeat(Roster.LINES_MAX)).lines())
                .hasSize(Roster.LINES_MAX);
        assertThatThrownBy(() -> Roster.read(new byte[Roster.BYTES_MAX + 1], ""))
                .isInstanceOf(RosterRefused.class)
                .hasMessageContaining("bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"=cmd()", "+1", "-1", "@SUM(A1)", "'quoted"})
    void whatLooksLikeAFormulaIsText(String name) {
        assertThat(read("name,email\n" + name + ",ida@example.org\n").lines().getFirst().name())
                .isEqualTo(name);
    }

    @Test
    void activeInstallsOfMeshDbBecomeSitesAndTheRestIsToldAsSkipped() {
        Roster roster = Roster.read(MESHDB.getBytes(StandardCharsets.UTF_8), "standard");

        assertThat(roster.format()).isEqualTo("meshdb");
        assertThat(roster.problems()).isEmpty();
        RosterLine line = roster.lines().getFirst();
        assertThat(roster.lines()).hasSize(1);
        assertThat(line.at()).isEqualTo("installs[1]");
        assertThat(line.place().name()).isEqualTo("#14");
        assertThat(line.place().address()).isEqualTo("Mill Lane 1 3B, Village, NY, 10001");
        assertThat(line.place().location().latitude()).isEqualTo(40.7);
        assertThat(line.paidBy().email()).isEqualTo("pays@example.org");
        assertThat(roster.skipped())
                .extracting(each -> each.at() + " " + each.rule())
                .containsExactly("installs[0] not-active", "members[1] no-active-install");
    }

    @Test
    void anInstallOfNobodyIsAProblem() {
        Roster roster =
                read(
                        """
                        {"members": [], "installs": [{"member": 7, "status": "Active"}]}
                        """);

        assertThat(roster.problems())
                .extracting(each -> each.at() + " " + each.field())
                .containsExactly("installs[0] member");
    }

    @Test
    void linesOfOneAddressAreOneMemberWithSeveralSites() {
        Roster roster =
                read(
                        """
                        name,email,site,address,plan,payer_name,payer_email
                        Ida,ida@example.org,Mill,Lane 1,standard,Hall,hall@example.org
                        ida,IDA@example.org,Barn,Lane 2,standard,Hall,HALL@example.org
                        """);

        Intake intake = Intake.of(roster, List.of(), List.of(), TODAY);

        assertThat(intake.problems()).isEmpty();
        assertThat(intake.steps())
                .extracting(Intake.Step::makesMember)
                .containsExactly(true, false);
        assertThat(intake.steps()).extracting(Intake.Step::makesSite).containsExactly(true, true);
        assertThat(intake.steps()).extracting(Intake.Step::makesPayer).containsExactly(true, false);
    }

    @Test
    void whoIsKnownIsNotMadeAgainAndNamesakesAreShown() {
        Roster roster =
                read(
                        """
                        name,email,site,address,plan
                        Ida Hill,ida@example.org,mill,Lane 1,standard
                        Ida Hill,other@example.org,Mill,Lane 1,standard
                        """);
        Known ida = known("Ida Hill", "Ida@example.org", MemberFacts.State.ACTIVE, "Mill");

        Intake intake = Intake.of(roster, List.of(ida), List.of(), TODAY);

        Intake.Step first = intake.steps().getFirst();
        assertThat(first.makesMember() || first.makesSite() || first.makesPayer()).isFalse();
        assertThat(first.namesakes()).isEmpty();
        assertThat(intake.steps().get(1).makesMember()).isTrue();
        assertThat(intake.steps().get(1).namesakes()).containsExactly(ida);
    }

    @Test
    void whatContradictsTheRegisterOrTheFileItselfIsAProblem() {
        Roster roster =
                read(
                        """
                        name,email,joined_on,site,address,plan,payer_name,payer_email
                        Left,left@example.org,,,,,,
                        Two,two@example.org,2026-03-11,Mill,Lane,standard,,
                        Three,two@example.org,,Mill,Lane,standard,Hall,hall@example.org
                        """);
        var twins =
                List.of(
                        new Payer(PayerId.next(), "Hall", "hall@example.org", "", null),
                        new Payer(PayerId.next(), "Hall", "Hall@example.org", "", null));

        Intake intake =
                Intake.of(
                        roster,
                        List.of(known("Left", "left@example.org", MemberFacts.State.LEFT)),
                        twins,
                        TODAY);

        assertThat(intake.problems())
                .extracting(each -> each.at() + " " + each.field() + " " + each.rule())
                .containsExactlyInAnyOrder(
                        "2 email state-left",
                        "3 joined_on date-in-the-future",
                        "4 name name-differs",
                        "4 site line-twice",
                        "4 payer_email payer-ambiguous");
    }

    @Property(tries = 3_000)
    void anyFileIsReadOrRefused(@ForAll("files") String file) {
        try {
            Roster roster = read(file);
            Intake.of(roster, List.of(), List.of(), TODAY);
        } catch (RosterRefused refused) {
            assertThat(refused.problems()).isNotEmpty();
        }
    }

    @Provide
    Arbitrary<String> files() {
        var pieces =
                Arbitraries.of(
                        "name",
                        "email",
                        "site",
                        "plan",
                        ",",
                        ";",
                        "\t",
                        "\n",
                        "\r\n",
                        "\r",
                        "\"",
                        "\"\"",
                        "=1",
                        "\0",
                        "ida@example.org",
                        "{",
                        "}",
                        "[",
                        "]",
                        ":",
                        "\"members\"",
                        "\"installs\"",
                        "\"results\"",
                        "null",
                        "1e999",
                        "é",
                        " ",
                        "name,email\n");
        return pieces.list().ofMaxSize(40).map(list -> String.join("", list));
    }

    @Test
    void membersOfMeshDbWithoutAnIdOrWithAnothersAreToldAndGetNobodysInstalls() {
        Roster roster =
                read(
                        """
                        {"members": [{"id": "m1", "name": "Ida"}, {"id": "m1", "name": "Tom"}, %s],
                         "installs": [%s]}
                        """
                                .formatted(
                                        String.join(", ", Collections.nCopies(300, "{}")),
                                        String.join(", ", Collections.nCopies(300, "{}"))));

        assertThat(roster.lines()).isEmpty();
        assertThat(roster.skipped())
                .extracting(RosterProblem::at, RosterProblem::rule)
                .containsExactly(tuple("members[0]", "no-active-install"));
        assertThat(roster.problems())
                .hasSize(601)
                .extracting(RosterProblem::at, RosterProblem::field, RosterProblem::rule)
                .contains(
                        tuple("members[1]", "id", "once"),
                        tuple("members[2]", "id", "required"),
                        tuple("installs[299]", "member", "unknown"));
    }

    private static Known known(
            String name, String email, MemberFacts.State state, String... sites) {
        return new Known(new MemberId(UUID.randomUUID()), name, email, state, List.of(sites));
    }

    private static Roster read(String text) {
        return Roster.read(text.getBytes(StandardCharsets.UTF_8), "");
    }

    static final String MESHDB =
            """
            {"members": {"count": 2, "next": null, "results": [
                {"id": "m1", "name": "Ida Hill", "primary_email_address": "ida@example.org",
                 "stripe_email_address": "pays@example.org", "phone_number": null, "notes": "rings twice"},
                {"id": "m2", "name": "Tom", "primary_email_address": "tom@example.org"}]},
             "installs": [
                {"id": "i0", "install_number": 13, "status": "Pending", "member": {"id": "m1"}, "building": {"id": "b1"}},
                {"id": "i1", "install_number": 14, "status": "Active", "member": {"id": "m1"}, "building": {"id": "b1"},
                 "unit": "3B", "install_date": "2021-05-01"}],
             "buildings": [{"id": "b1", "street_address": "Mill Lane 1", "city": "Village", "state": "NY", "zip_code": "10001",
                "latitude": 40.7, "longitude": -74.0}]}
            """;
}
