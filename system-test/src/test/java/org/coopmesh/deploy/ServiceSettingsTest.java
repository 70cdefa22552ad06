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
                                        "COOPMESH_DB_URL",
                                        "COOPMESH_MEMBER_CHECKINTERVAL",
                                        "SERVER_PORT",
                                        "COOPMESH_DBURL",
                                        "COOPMESH_MEMBER_CHECK_INTERVAL")))
                .containsExactly("COOPMESH_DBURL", "COOPMESH_MEMBER_CHECK_INTERVAL");
    }

    @Test
    void whatPointsAtThisMachineMustBeTold() {
        assertThat(ServiceSettings.of("billing-service").onlyGoodOnOneMachine())
                .contains(
                        "COOPMESH_DB_URL",
                        "COOPMESH_DB_PASSWORD",
                        "COOPMESH_KAFKA",
                        "COOPMESH_JWKS")
                .doesNotContain("COOPMESH_DB_USER");
    }
}
