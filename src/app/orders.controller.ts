import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { IsString } from 'class-validator';
import type { SendResult } from '../protocol/frames.js';
import { ConnectionRegistryService } from '../service/connection-registry.service.js';

export class ShippedDto {
  /** The user who ordered. */
  @IsString()
  uid!: string;
}

/** How an application pushes from a controller of its own. */
@Controller('orders')
export class OrdersController {
  constructor(private readonly push: ConnectionRegistryService) {}

  @Post(':id/shipped')
  @HttpCode(202)
  shipped(@Param('id') id: string, @Body() { uid }: ShippedDto): Promise<SendResult> {
    return this.push.sendToUid(uid, { type: 'shipped', id });
  }
}
