package org.coopmesh.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceSettingsTest {
    @Test
    void aPlaceholderAPropertyAndNothingElseAreSettings() {
        var membership = ServiceSettings.of("membership-service");

        assertThat(
                        membership.unknown(
                                List.of(
                                        "COOPMESH_DATABASE",
                                        "COOPMESH_MEMBER_CHECKINTERVAL",
                                        "SERVER_PORT",
                                        "COOPMESH_DATABSE",
                                        "COOPMESH_MEMBER_CHECK_INTERVAL")))
                .containsExactly("COOPMESH_DATABSE", "COOPMESH_MEMBER_CHECK_INTERVAL");
    }

    @Test
    void whatPointsAtThisMachineMustBeTold() {
        assertThat(ServiceSettings.of("billing-service").onlyGoodOnOneMachine())
                .contains(
                        "COOPMESH_DATABASE",
                        "COOPMESH_DATABASE_PASSWORD",
                        "COOPMESH_KAFKA",
                        "COOPMESH_JWKS")
                .doesNotContain("COOPMESH_DATABASE_USER");
    }
}
