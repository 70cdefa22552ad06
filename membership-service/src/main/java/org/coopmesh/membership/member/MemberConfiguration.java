package org.coopmesh.membership.member;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Configuration;

/** Wires the settings of membership. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(MemberSettings.class)
class MemberConfiguration {}
